muster_tests(contract/backup contract USES head state)
