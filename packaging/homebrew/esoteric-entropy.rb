# Words in capitals are placeholders: building a release fills them in.
class EsotericEntropy < Formula
  desc "Measures noise of the machine, credits its entropy, hands it out"
  homepage "HOMEPAGE"
  version "VERSION"
  license "MIT"

  on_macos do
    on_arm do
      url "DOWNLOADS/esoteric-entropy-darwin-arm64"
      sha256 "SHA256-darwin-arm64"
    end
    on_intel do
      url "DOWNLOADS/esoteric-entropy-darwin-x64"
      sha256 "SHA256-darwin-x64"
    end
  end

  on_linux do
    on_arm do
      url "DOWNLOADS/esoteric-entropy-linux-arm64"
      sha256 "SHA256-linux-arm64"
    end
    on_intel do
      url "DOWNLOADS/esoteric-entropy-linux-x64"
      sha256 "SHA256-linux-x64"
    end
  end

  def install
    bin.install Dir["esoteric-entropy-*"].first => "esoteric-entropy"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/esoteric-entropy --version").chomp
    assert_match "sources", shell_output("#{bin}/esoteric-entropy scan --json")
  end
end
