"""What AWS refuses, said at preview: service models, a table of limits, rules within and across resources."""
