"""Orders through a queue, a state machine and a second queue; nothing is lost, nothing is charged twice."""
