if(TARGET muster_daemon)
  muster_tests(contract/musterd contract USES daemon)
  target_link_libraries(contract_musterd PRIVATE nss_mustertest)
endif()
