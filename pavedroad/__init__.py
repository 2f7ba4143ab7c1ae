"""The tool: the `pavedroad` command and the sandbox (a local engine and a stand-in AWS provider)."""
