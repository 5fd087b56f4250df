#!/bin/sh
# Pictures of a report page in Chromium, to be looked at: sh benchmarks/report_in_a_browser.sh results/report.html pictures
# (headless Chromium opens no window narrower than 500 pixels; look at 390 in its device tools)
set -e
page=$(realpath "$1"); out=${2:-.}; mkdir -p "$out"
run() { chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$out/profile" "$@" "file://$page"; }
run --window-size=1280,2600 --screenshot="$out/1280.png"
run --window-size=390,2600 --screenshot="$out/narrow.png"
run --blink-settings=preferredColorScheme=0 --window-size=1280,1600 --screenshot="$out/dark.png"
run --print-to-pdf="$out/printed.pdf"
