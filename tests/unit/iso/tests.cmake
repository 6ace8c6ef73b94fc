muster_tests(unit/iso unit USES iso)
