if(TARGET muster_cli)
  muster_tests(unit/cli unit USES cli)
endif()
