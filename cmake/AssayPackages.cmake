# What `cmake --install` puts where, and the packages that `cpack` makes of it.
include(GNUInstallDirs)

# The manual page and the completions come from the program's own command line.
set(ASSAY_DOCUMENTS "${PROJECT_BINARY_DIR}/documents")
file(MAKE_DIRECTORY "${ASSAY_DOCUMENTS}")
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
  add_custom_command(
    OUTPUT "${ASSAY_DOCUMENTS}/assay.1" "${ASSAY_DOCUMENTS}/assay.bash" "${ASSAY_DOCUMENTS}/assay.fish"
    COMMAND assay manual > "${ASSAY_DOCUMENTS}/assay.1"
    COMMAND assay completion bash > "${ASSAY_DOCUMENTS}/assay.bash"
    COMMAND assay completion fish > "${ASSAY_DOCUMENTS}/assay.fish"
    DEPENDS assay
    COMMENT "The manual page and the completions" VERBATIM)
  add_custom_target(assay_documents ALL DEPENDS "${ASSAY_DOCUMENTS}/assay.1")
  install(FILES "${ASSAY_DOCUMENTS}/assay.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
  install(FILES "${ASSAY_DOCUMENTS}/assay.bash" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
          RENAME assay)
  install(FILES "${ASSAY_DOCUMENTS}/assay.fish" DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
endif()

install(TARGETS assay RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES README.md CHANGELOG.md LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs")
install(DIRECTORY schema share/labs share/suites share/tracks share/envelopes share/systems share/datasheets
        DESTINATION "${CMAKE_INSTALL_DATADIR}/assay")
install(DIRECTORY examples/custom-workload DESTINATION "${CMAKE_INSTALL_DOCDIR}/examples")

set(CPACK_PACKAGE_NAME assay)
set(CPACK_PACKAGE_VENDOR Assay)
set(CPACK_PACKAGE_CONTACT "the Assay developers <assay@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
# What it is linked against, found by dpkg-shlibdeps; what it opens at run time, where that is there.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libopenblas0, libblis4-openmp, libdnnl2")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "openssh-client, slurm-client")
include(CPack)
