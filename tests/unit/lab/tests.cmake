muster_tests(unit/lab unit USES lab)
