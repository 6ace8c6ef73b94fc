if(TARGET muster_helper)
  muster_tests(unit/helper unit USES helper)
endif()
