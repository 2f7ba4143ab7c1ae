"""`python -m pavedroad` is the `pavedroad` command."""

from pavedroad.command import main

main()
