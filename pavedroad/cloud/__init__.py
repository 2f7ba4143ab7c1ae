"""The local cloud: an emulator of AWS on a loopback port, with IAM enforced and its gaps closed."""
