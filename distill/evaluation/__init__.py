"""Who answers how well on a run's questions: students, served models, programs, tools; and how faithfully a student explains."""
