muster_tests(unit/plans unit USES plans os iso)
