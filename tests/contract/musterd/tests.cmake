if(TARGET muster_daemon)
  muster_tests(contract/musterd contract USES daemon)
endif()
