"""Where Python functions run in the local cloud: our runtime, one process for each execution environment."""
