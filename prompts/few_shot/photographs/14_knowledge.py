# In which country was the sport in the picture invented?
def execute_command(image):
    sport = simple_query(image, "Which sport is this?")
    return language_question_answering("In which country was " + sport + " invented?")
