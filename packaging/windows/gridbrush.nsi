; The installer for Windows: for this user alone, so that nobody has to be asked for a password.
;
;   makensis -DVERSION=1.2.3 -DPROGRAM=folder -DICON=file.ico -DOUTPUT=setup.exe gridbrush.nsi
;
; The uninstaller is written while this compiles; FINISH_UNINSTALLER is a command that is run with its
; path, so that it is signed too: `signtool sign ...`, or uninstaller.py where signing is a step of
; its own (compile with `out`, sign, compile again with `in`).
;
; PROGRAM is the folder that PyInstaller made on Windows. Pictures, settings and keys of the user lie
; elsewhere and are left alone by install, upgrade and removal.

Unicode true
!include MUI2.nsh
!include FileFunc.nsh

!define NAME "Gridbrush"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define CLASSES "Software\Classes\Applications\gridbrush.exe"

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
SetCompressor /SOLID lzma
!ifdef FINISH_UNINSTALLER
  !uninstfinalize '${FINISH_UNINSTALLER} "%1"' = 0
!endif
ManifestDPIAware true
ManifestSupportedOS Win10
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "LegalCopyright" "The Gridbrush authors. MIT licence."

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\gridbrush.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString RUNNING ${LANG_ENGLISH} "Gridbrush is open. Close it, then try again."
LangString RUNNING ${LANG_GERMAN} "Gridbrush ist offen. Bitte schließen und noch einmal versuchen."
LangString FOREIGN ${LANG_ENGLISH} "This folder holds other things. Choose an empty one."
LangString FOREIGN ${LANG_GERMAN} "In diesem Ordner liegt anderes. Bitte einen leeren wählen."

; A program that runs cannot be written over, nor removed.
!macro StopWhileOpen
  ${If} ${FileExists} "$INSTDIR\gridbrush.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\gridbrush.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section "Gridbrush"
  !insertmacro StopWhileOpen
  ; Files of the old version go first; nothing of the user lies in _internal.
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    RMDir /r "$INSTDIR\_internal"
  ${ElseIf} ${FileExists} "$INSTDIR\*.*"
    ${DirState} "$INSTDIR" $0
    ${If} $0 == 1
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(FOREIGN)" /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
  ${EndIf}
  SetOutPath "$INSTDIR"
  File /r "${PROGRAM}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\gridbrush.exe"

  WriteRegStr HKCU "${CLASSES}" "FriendlyAppName" "${NAME}"
  WriteRegStr HKCU "${CLASSES}\shell\open\command" "" '"$INSTDIR\gridbrush.exe" "%1"'
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".png" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".jpg" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".jpeg" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".webp" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".gif" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".avif" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".tif" ""
  WriteRegStr HKCU "${CLASSES}\SupportedTypes" ".bmp" ""

  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\gridbrush.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Gridbrush authors"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  !insertmacro StopWhileOpen
  ; By name: whatever else lies in the folder is not ours.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\gridbrush.exe"
  Delete "$INSTDIR\gridbrush-cli.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "${CLASSES}"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
