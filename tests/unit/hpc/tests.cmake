muster_tests(unit/hpc unit USES hpc)
