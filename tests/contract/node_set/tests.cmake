muster_tests(contract/node_set contract USES base os)
