muster_tests(unit/apply unit USES apply plan os)
