muster_tests(unit/os unit USES os server)
