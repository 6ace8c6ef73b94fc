muster_tests(unit/crypto unit USES crypto)
