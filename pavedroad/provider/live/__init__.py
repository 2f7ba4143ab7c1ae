"""Resources that exist in the local cloud: made, read, changed and deleted through boto3."""
