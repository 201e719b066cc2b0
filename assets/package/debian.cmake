# CPack runs this between staging and packing: where Debian has other places or wants more.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(doc ${share}/doc/sidescope)
set(epoch "$ENV{SOURCE_DATE_EPOCH}")

# its zsh looks into vendor-completions; site-functions is for what is built locally
file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
file(READ ${doc}/LICENSE licence)
file(WRITE ${doc}/copyright "sidescope, under the MIT licence.\n\n${licence}")
file(REMOVE ${doc}/LICENSE)
execute_process(COMMAND date -R OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT "${epoch}" STREQUAL "")
    execute_process(COMMAND date -R -u -d "@${epoch}" OUTPUT_VARIABLE date
        OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
file(WRITE ${doc}/changelog "sidescope (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(GLOB pages ${share}/man/man?/*)
execute_process(COMMAND gzip -9n ${doc}/changelog ${pages} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "gzip could not compress the man pages")
endif()
# whatever the umask of who built it
file(GLOB_RECURSE files ${share}/*)
file(CHMOD ${files} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
