muster_tests(unit/head unit USES head)
