muster_tests(unit/provisioning unit USES provisioning agent)
