muster_tests(unit/api unit USES api)
