muster_tests(unit/task unit USES task)
