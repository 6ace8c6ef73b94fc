muster_tests(unit/operations unit USES operations)
