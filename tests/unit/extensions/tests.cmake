muster_tests(unit/extensions unit USES extensions)
