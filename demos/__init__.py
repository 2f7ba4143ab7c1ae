"""Programs that send something through a running system and show what happened."""
