muster_tests(unit/json unit USES json)
