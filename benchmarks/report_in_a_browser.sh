#!/bin/sh
# Pictures of a report page in Chromium, to be looked at: sh benchmarks/report_in_a_browser.sh results/report.html pictures
set -e
page=$(realpath "$1"); mkdir -p "${2:-.}"; out=$(realpath "${2:-.}")
run() { timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$out/profile" "$@" 2>/dev/null; }
# a window of headless Chromium is at least 500 pixels wide, a frame in it as narrow as asked
echo "<body style='margin:0'><iframe src='file://$page' style='width:390px;height:4000px;border:0'></iframe>" > "$out/phone.html"
run --window-size=1280,4000 --screenshot="$out/1280.png" "file://$page"
run --window-size=500,4000 --screenshot="$out/390.png" "file://$out/phone.html"
run --blink-settings=preferredColorScheme=0 --window-size=1280,2600 --screenshot="$out/dark.png" "file://$page"
run --no-pdf-header-footer --print-to-pdf="$out/printed.pdf" "file://$page"
rm -r "$out/profile" "$out/phone.html"
