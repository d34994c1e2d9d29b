"""What a school chooses about its accounts: a page per subject below /beheer/instellingen/."""
