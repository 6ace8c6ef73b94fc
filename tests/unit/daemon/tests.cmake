if(TARGET muster_daemon)
  muster_tests(unit/daemon unit USES daemon)
endif()
