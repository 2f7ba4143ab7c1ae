"""What AWS will answer: ids, ARNs, URLs and defaults, computed from inputs before anything exists."""
