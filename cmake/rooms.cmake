# muster_precompile(TARGET): TARGET starts from the headers that are parsed once for the whole project.
function(muster_precompile target)
  if(TARGET muster_base AND NOT target STREQUAL muster_base)
    target_precompile_headers(${target} REUSE_FROM muster_base)
  else()
    target_precompile_headers(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled.h")
  endif()
endfunction()

# muster_room(NAME [USES room…] [LINKS library…]): a static library of every .cpp in this folder.
# A room can include only its own headers and those of the rooms it names, by what it links.
function(muster_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(muster_${name} STATIC ${sources})
  target_include_directories(muster_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(muster_${name} PRIVATE muster_warnings)
  muster_precompile(muster_${name})
  foreach(room ${ROOM_USES})
    target_link_libraries(muster_${name} PUBLIC muster_${room})
  endforeach()
  target_link_libraries(muster_${name} PUBLIC ${ROOM_LINKS})
endfunction()

# muster_add_rooms(): every folder of the project with a CMakeLists.txt, and every one in such a folder, but for those
# that are no rooms or are added by themselves.
function(muster_add_rooms)
  file(GLOB lists RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
       "${PROJECT_SOURCE_DIR}/*/CMakeLists.txt" "${PROJECT_SOURCE_DIR}/*/*/CMakeLists.txt")
  foreach(list ${lists})
    get_filename_component(room "${list}" DIRECTORY)
    if(NOT room MATCHES "^(apps|bench|build|core|tests)(/|$)")
      add_subdirectory(${room})
    endif()
  endforeach()
endfunction()

add_library(muster_warnings INTERFACE)
target_compile_options(muster_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
  # GCC is what Muster is compiled with; clang builds the fuzzers, warns of other things, and does not
  # know GCC's names below.
  $<IF:$<CXX_COMPILER_ID:Clang>,-Wno-unknown-warning-option,-Werror>
  # A designated initialiser that leaves out a member means that member's default.
  -Wno-missing-field-initializers
  # GCC 14's optimiser reports these falsely for std::string and std::array (GCC bugs 105329, 105651).
  -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
