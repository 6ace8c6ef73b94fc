if(TARGET muster_api)
  muster_tests(contract/musterd contract USES api)
  target_link_libraries(contract_musterd PRIVATE nss_mustertest)
endif()
