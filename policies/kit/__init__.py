"""The rule kit: reader of facts, rules, parameters, and the adapter to the official policy SDK."""
