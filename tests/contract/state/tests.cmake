muster_tests(contract/state contract USES state os)
