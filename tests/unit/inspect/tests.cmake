muster_tests(unit/inspect unit USES inspect)
