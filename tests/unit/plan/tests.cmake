muster_tests(unit/plan unit USES plan apply head)
