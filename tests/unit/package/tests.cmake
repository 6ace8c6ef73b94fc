muster_tests(unit/package unit USES package)
