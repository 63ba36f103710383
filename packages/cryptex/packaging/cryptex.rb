# Words in capitals are placeholders: building a release fills them in.
class Cryptex < Formula
  desc "Workbench for YARA rules: scans that skip nothing in silence"
  homepage "HOMEPAGE"
  version "VERSION"
  license "MIT"

  on_macos do
    on_arm do
      url "DOWNLOADS/cryptex-darwin-arm64"
      sha256 "SHA256-darwin-arm64"
    end
    on_intel do
      url "DOWNLOADS/cryptex-darwin-x64"
      sha256 "SHA256-darwin-x64"
    end
  end

  on_linux do
    on_arm do
      url "DOWNLOADS/cryptex-linux-arm64"
      sha256 "SHA256-linux-arm64"
    end
    on_intel do
      url "DOWNLOADS/cryptex-linux-x64"
      sha256 "SHA256-linux-x64"
    end
  end

  def install
    bin.install Dir["cryptex-*"].first => "cryptex"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/cryptex --version").chomp
    (testpath/"rules.yar").write 'rule test { strings: $a = "needle" condition: $a }'
    (testpath/"file").write "a needle"
    assert_match "test", shell_output("#{bin}/cryptex scan #{testpath}/file --rules #{testpath}/rules.yar --format yara")
  end
end
