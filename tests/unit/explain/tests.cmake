muster_tests(unit/explain unit USES explain os)
