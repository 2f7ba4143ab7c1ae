"""What Lambda runs our code on, and the limits that a function's arguments are checked against."""

from __future__ import annotations

from typing import Final

# Lambda runtimes in support; 3.11 and older reach their end of support during 2026.
RUNTIMES: Final = ("python3.12", "python3.13", "python3.14", "python3.15")
DEFAULT_RUNTIME: Final = "python3.13"
ARCHITECTURE: Final = "arm64"
LIVE_ALIAS: Final = "live"

MAX_TIMEOUT_SECONDS: Final = 900  # Lambda quota: function timeout
MEMORY_MB: Final = (128, 10_240)  # Lambda quota: memory
MAX_LAYERS: Final = 5  # Lambda quota: layers of a function
MAX_ENVIRONMENT_BYTES: Final = 4096  # Lambda quota: all environment variables together
MAX_ASYNC_RETRIES: Final = 2  # Lambda PutFunctionEventInvokeConfig, MaximumRetryAttempts
ASYNC_AGE_SECONDS: Final = (60, 21_600)  # the same, MaximumEventAgeInSeconds
MAX_DESCRIPTION: Final = 256  # Lambda CreateFunction, Description
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARN", "ERROR")
