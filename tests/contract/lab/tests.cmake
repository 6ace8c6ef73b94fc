muster_tests(contract/lab contract USES lab)
