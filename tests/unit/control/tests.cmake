muster_tests(unit/control unit USES control)
