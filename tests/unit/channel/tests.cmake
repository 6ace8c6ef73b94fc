muster_tests(unit/channel unit USES channel)
