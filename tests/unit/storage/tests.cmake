muster_tests(unit/storage unit USES storage)
